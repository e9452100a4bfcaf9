import { isFlag, mirrorOf, readAttribute, settings, type Settings } from './attributes.ts'

/** An element whose settings are attributes and properties at once. */
export interface Reflecting extends HTMLElement, Settings {
  /**
   * All settings as they stand.
   *
   * @throws TypeError for an attribute that cannot be read.
   */
  readSettings(): Settings
  /** To be called when an attribute has changed: what it says holds now, in the place of an object that was set before. */
  release(attribute: string): void
  /** To be called when a property was set that no attribute mirrors. */
  onHeld(): void
  /** Takes over what was set on the element before it was defined. */
  upgrade(): void
}

// On a server that renders a page there are no elements; the class is defined there all the same, and never used.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the library knows browsers only
const Base = globalThis.HTMLElement ?? (Object as unknown as typeof HTMLElement)

class Reflected extends Base {
  // Values that have no text, such as functions.
  readonly #held = new Map<string, unknown>()

  read(name: keyof Settings, attribute: string): unknown {
    const text = this.getAttribute(attribute)
    if (isFlag(name)) return text !== null
    return this.#held.get(attribute) ?? (text === null ? undefined : readAttribute(name, text))
  }

  write(name: keyof Settings, attribute: string, value: unknown): void {
    if (isFlag(name)) return void this.toggleAttribute(attribute, Boolean(value))
    const text = value == null ? undefined : mirrorOf(name, value)
    if (text !== undefined) return this.setAttribute(attribute, text)
    this.removeAttribute(attribute)
    if (value != null) this.#held.set(attribute, value)
    this.onHeld()
  }

  readSettings(): unknown {
    return Object.fromEntries(settings.map(([name, attribute]) => [name, this.read(name, attribute)]))
  }

  release(attribute: string): void {
    this.#held.delete(attribute)
  }

  onHeld(): void {}

  upgrade(): void {
    for (const name of Object.keys(this)) {
      if (!(name in Object.getPrototypeOf(this))) continue
      const value: unknown = Reflect.get(this, name)
      Reflect.deleteProperty(this, name)
      Reflect.set(this, name, value)
    }
  }
}

for (const [name, attribute] of settings) {
  Object.defineProperty(Reflected.prototype, name, {
    ...{ configurable: true, enumerable: true },
    get(this: Reflected) {
      try {
        return this.read(name, attribute)
      } catch {
        // As the platform does with what it cannot read; the element itself says what is wrong.
        return undefined
      }
    },
    set(this: Reflected, value: unknown) {
      this.write(name, attribute, value)
    },
  })
}

/** The element that `Reflecting` describes. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- TypeScript does not see properties that a loop defines
export const ReflectingElement: new () => Reflecting = Reflected as unknown as new () => Reflecting
