import { find } from '../element.ts'
import type { LabServer } from './server.ts'
import { untilOff, type LabState, type Switched } from './state.ts'
import { choiceIn, entryOf, switchNames, type SwitchName } from './switch-entries.ts'

export interface Switches {
  draw(state: LabState): void
}

/** The switchboard: what the page's HTML holds, brought to life. */
export function connectSwitches(
  server: Pick<LabServer, 'switchOn' | 'switchOff'>,
  onError: (error: unknown) => void,
): Switches {
  const board = find('switches', HTMLElement)
  const switches = switchNames.map((name) => ({
    name,
    ...connect(name, part(board, `[data-switch="${name}"]`, HTMLElement)),
  }))

  // What was chosen before this page was loaded is shown once; after that the person chooses.
  let shown = false

  function connect(name: SwitchName, element: HTMLElement) {
    const toggle = part(element, 'input', HTMLInputElement)
    const value = element.querySelector<HTMLSelectElement>('[data-value]')
    const times = part(element, '[data-times]', HTMLSelectElement)
    let turning = 0
    async function turn(): Promise<void> {
      turning += 1
      const entry = entryOf(name, Number(value?.value ?? 0), Number(times.value) || untilOff)
      await (toggle.checked ? server.switchOn(name, entry) : server.switchOff(name)).catch(onError)
      turning -= 1
    }
    // What is on follows what is chosen beside it.
    const follow = (): void => {
      if (toggle.checked) void turn()
    }
    toggle.addEventListener('change', () => void turn())
    value?.addEventListener('change', follow)
    times.addEventListener('change', follow)

    return {
      draw(on: Switched | undefined) {
        // A state from before this click would take it back for a moment.
        if (turning === 0) toggle.checked = on !== undefined
        if (shown || !on) return
        const choice = choiceIn(on.entry)
        if (value) value.value = String(choice.value)
        times.value = String(choice.times === untilOff ? 0 : choice.times)
      },
    }
  }

  return {
    draw(state) {
      for (const { name, draw } of switches) draw(state.switches[name])
      shown = true
    },
  }
}

function part<Type extends Element>(inside: Element, selector: string, type: abstract new () => Type): Type {
  const found = inside.querySelector(selector)
  if (found instanceof type) return found
  throw new Error(`Cannot find ${selector}: the page has no ${type.name} of that kind`)
}
