import { pickFiles, type Chosen } from './chosen-files.ts'
import { create } from './element.ts'

/**
 * Asks for one file. To be called in a click: browsers open no dialog otherwise.
 *
 * @returns `undefined` if the person chose none.
 */
export async function chooseOne(inputOnly: boolean): Promise<Chosen | undefined> {
  const picked = inputOnly ? undefined : pickFiles(false)
  if (picked) return (await picked)[0]
  return new Promise((resolve) => {
    const input = create('input', { type: 'file' })
    input.addEventListener('change', () => resolve(input.files?.[0]))
    input.addEventListener('cancel', () => resolve(undefined))
    input.click()
  })
}
