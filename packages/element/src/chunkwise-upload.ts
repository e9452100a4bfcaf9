import { sharedUploader, type Upload, type Uploader, type UploaderOptions } from '@chunkwise/client'
import { isMap, settings, wrongValue, type Settings } from './attributes.ts'
import type { Chosen } from './chosen-files.ts'
import { tell } from './events.ts'
import { followUploader, type Follower, type Following } from './follow.ts'
import { createFormValue, isOver } from './form-value.ts'
import { protocolOf } from './protocols.ts'
import { ReflectingElement } from './reflecting.ts'
import { englishZone } from './texts/english-zone.ts'
import type { Texts, ZoneTexts } from './texts/texts.ts'
import { createView } from './view.ts'

/** Options of the client that are no attributes. */
export type MoreOptions = Omit<UploaderOptions, keyof Settings>

/**
 * `<chunkwise-upload>`: a drop zone, and the list of what is on its way.
 *
 * Elements with the same endpoint, owner and protocol share their uploads, as all of the page do that `sharedUploader` gives.
 *
 * @example
 * <chunkwise-upload endpoint="/api/uploads/" multiple></chunkwise-upload>
 */
export class ChunkwiseUpload extends ReflectingElement {
  static readonly formAssociated = true
  static readonly observedAttributes: readonly string[] = settings.map(([, attribute]) => attribute)

  readonly #internals: ElementInternals = this.attachInternals()
  readonly #restored = new WeakSet<Upload>()
  readonly #seen = new WeakSet<Upload>()
  readonly #view = createView(this.attachShadow({ mode: 'open', delegatesFocus: true }), {
    ...{ host: this, restored: this.#restored },
    onFiles: (files) => this.#take(files),
    surroundings: () => ({ uploader: this.#following?.uploader, accept: this.accept ?? '' }),
    onError: (error) => this.#report(error),
  })
  readonly #value = createFormValue(this.#internals, this.#view.anchor)
  #texts: Partial<Texts> = {}
  #options: MoreOptions = {}
  #following: Following | undefined
  #wrong: Error | undefined
  #message = ''
  #isUpdating = false

  connectedCallback(): void {
    this.upgrade()
    this.#requestUpdate()
  }

  disconnectedCallback(): void {
    this.#leave()
  }

  attributeChangedCallback(attribute: string): void {
    this.release(attribute)
    this.#requestUpdate()
  }

  formDisabledCallback(): void {
    this.#draw()
  }

  formResetCallback(): void {
    this.#message = ''
    const uploader = this.#following?.uploader
    for (const upload of this.uploads) {
      if (!isOver(upload.getState())) void upload.cancel()
      uploader?.remove(upload)
    }
  }

  override onHeld(): void {
    this.#requestUpdate()
  }

  /** What the element says, in the place of English: all of it, or some. */
  get texts(): Partial<Texts> {
    return this.#texts
  }

  set texts(texts: Partial<Texts>) {
    this.#texts = mapOf('texts', texts)
    this.#requestUpdate()
  }

  /** What the client can do besides: `onUnauthorized`, `metadata`, `retry`, `store`, `transport` and more. */
  get options(): MoreOptions {
    return this.#options
  }

  set options(options: MoreOptions) {
    this.#options = mapOf('options', options)
    this.#requestUpdate()
  }

  /** The uploader behind the element; `undefined` while it is in no page, or its settings are wrong. */
  get uploader(): Uploader | undefined {
    this.#update()
    return this.#following?.uploader
  }

  /** The uploads on the list. */
  get uploads(): readonly Upload[] {
    return this.#following?.uploader.getState().uploads ?? []
  }

  /** What a form submits: the id or the address of each finished upload. */
  get value(): readonly string[] {
    return this.#value.values
  }

  get form(): HTMLFormElement | null {
    return this.#internals.form
  }

  get validity(): ValidityState {
    return this.#internals.validity
  }

  get validationMessage(): string {
    return this.#internals.validationMessage
  }

  get willValidate(): boolean {
    return this.#internals.willValidate
  }

  checkValidity(): boolean {
    return this.#internals.checkValidity()
  }

  reportValidity(): boolean {
    return this.#internals.reportValidity()
  }

  /**
   * Adds a file, as a drop does.
   *
   * @throws TypeError if the element is in no page, if its settings are wrong, or if `file` is none.
   */
  add(file: File | Blob | FileSystemFileHandle): Upload {
    const { uploader } = this
    if (this.#wrong) throw this.#wrong
    if (!uploader) throw new TypeError('Cannot add: the element is in no page')
    const upload = uploader.add(file)
    this.#following?.look()
    return upload
  }

  // Attributes come one by one: they are looked at together, once all are there.
  #requestUpdate(): void {
    if (this.#isUpdating) return
    this.#isUpdating = true
    queueMicrotask(() => this.#update())
  }

  #update(): void {
    if (!this.#isUpdating) return
    this.#isUpdating = false
    if (!this.isConnected) return
    try {
      const uploader = sharedUploader(optionsOf(this.readSettings(), this.#options))
      this.#wrong = undefined
      if (uploader !== this.#following?.uploader) {
        this.#leave()
        this.#following = followUploader(uploader, this.#follower, this.#restored)
        this.#following.look()
      }
    } catch (cause) {
      // What is under way goes on as it was.
      const error = cause instanceof Error ? cause : new Error(String(cause), { cause })
      if (error.message !== this.#wrong?.message) tell(this, 'upload-error', { error })
      this.#wrong = error
    }
    this.#draw()
  }

  #leave(): void {
    this.#following?.end()
    this.#following = undefined
    this.#view.follow([], this.#texts)
  }

  readonly #follower: Follower = {
    onAdded: (upload) => {
      this.#value.see(upload, upload.getState())
      if (!this.#seen.has(upload)) tell(this, 'upload-added', { upload })
      this.#seen.add(upload)
    },
    onChange: (upload, state, before) => {
      this.#view.list?.request(upload)
      if (state.status !== before.status) this.#value.see(upload, state)
      tell(this, 'upload-change', { upload, state, before })
      if (state.status === before.status) return
      if (state.status === 'completed') {
        const { url, answer, verified } = state
        tell(this, 'upload-completed', { upload, finished: { url, answer, verified }, value: this.#value.of(upload) })
        this.dispatchEvent(new Event('change', { bubbles: true }))
      }
      if (state.status === 'failed') tell(this, 'upload-failed', { upload, error: state.error })
    },
    onRemoved: (upload) => {
      this.#value.forget(upload)
      tell(this, 'upload-removed', { upload })
    },
    onList: () => this.#draw(),
    onNotice: (notice) => tell(this, 'upload-notice', { notice }),
    onError: (error) => this.#report(error),
  }

  #take(files: readonly Chosen[]): void {
    const room = this.multiple ? files.length : 1 - this.uploads.length
    this.#message = files.length > room ? this.#zoneTexts.onlyOne : ''
    try {
      for (const file of files.slice(0, Math.max(0, room))) this.add(file)
    } catch (error) {
      this.#report(error)
    }
    this.#draw()
  }

  #report(error: unknown): void {
    this.#message = messageOf(error)
    tell(this, 'upload-error', { error })
    this.#draw()
  }

  get #zoneTexts(): ZoneTexts {
    return { ...englishZone, ...this.#texts }
  }

  #draw(): void {
    const { accept = '', multiple, name, required } = this
    const label = [...this.#internals.labels].map(({ textContent }) => textContent?.trim()).join(' ')
    const texts = this.#zoneTexts
    this.#value.set({ name, required, texts })
    this.#view.follow(this.uploads, this.#texts)
    this.#view.draw({
      ...{ texts, accept, multiple },
      label: label || texts.label,
      disabled: this.matches(':disabled'),
      full: !multiple && this.uploads.length > 0,
      message: this.#wrong?.message ?? this.#message,
    })
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function mapOf<Value extends object>(name: string, value: Value): Value {
  if (isMap(value)) return value
  throw wrongValue(name, 'an object', value)
}

/** What the client is told of the settings. */
function optionsOf(
  { multiple, name, required, disabled, endpoint, protocol = 'drf', ...settings }: Settings,
  more: MoreOptions,
): UploaderOptions {
  if (!endpoint) throw new TypeError('Cannot upload: the attribute endpoint is missing')
  const dialect = typeof protocol === 'string' ? protocolOf(protocol) : protocol
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
  return { ...more, ...given, endpoint, protocol: dialect }
}
