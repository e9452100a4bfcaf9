import type { Finished, Status, Upload, UploadState } from '@chunkwise/client'

/** What a form is told of the uploads. */
export interface FormValue {
  /** What is submitted, in the order in which it was completed. */
  readonly values: readonly string[]
  /** What is submitted for one upload; empty unless it is completed. */
  of(upload: Upload): string
  see(upload: Upload, state: UploadState): void
  forget(upload: Upload): void
  /** Tells the form, with the name under which it submits. */
  set(settings: FormSettings): void
}

export interface FormSettings {
  readonly name: string | undefined
  readonly required: boolean
  /** Why it cannot be submitted. */
  readonly texts: { readonly required: string; readonly unfinished: string }
}

const ended: ReadonlySet<Status> = new Set(['completed', 'failed', 'cancelled'])

/** Whether nothing more happens by itself, nor by waiting. */
export const isOver = ({ status }: UploadState): boolean => ended.has(status)

/** What stands for a finished upload in a form: its id where the server's answer has one, else its address. */
export function valueOf({ url, answer }: Finished): string {
  const id: unknown = typeof answer === 'object' && answer !== null && 'id' in answer ? answer.id : undefined
  return typeof id === 'string' || typeof id === 'number' ? String(id) : (url ?? '')
}

/** Submits finished uploads with the form around the element, one entry each. */
export function createFormValue(internals: ElementInternals, anchor: HTMLElement): FormValue {
  const values = new Map<Upload, string>()
  const unfinished = new Set<Upload>()
  let settings: FormSettings = { name: undefined, required: false, texts: { required: '', unfinished: '' } }

  function submit(): void {
    const entries = new FormData()
    const { name } = settings
    if (name) for (const value of values.values()) entries.append(name, value)
    internals.setFormValue(entries)
  }

  function validate(): void {
    const { name, required, texts } = settings
    // A form that is sent now would be sent without them.
    if (name && unfinished.size > 0) internals.setValidity({ customError: true }, texts.unfinished, anchor)
    else if (required && values.size === 0) internals.setValidity({ valueMissing: true }, texts.required, anchor)
    else internals.setValidity({})
  }

  return {
    get values() {
      return [...values.values()]
    },
    of: (upload) => values.get(upload) ?? '',
    see(upload, state) {
      const known = values.size
      if (isOver(state)) unfinished.delete(upload)
      else unfinished.add(upload)
      if (state.status === 'completed') values.set(upload, valueOf(state))
      if (values.size !== known) submit()
      validate()
    },
    forget(upload) {
      unfinished.delete(upload)
      if (values.delete(upload)) submit()
      validate()
    },
    set(next) {
      settings = next
      submit()
      validate()
    },
  }
}
