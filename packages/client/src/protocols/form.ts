import { drfFilename } from '@chunkwise/protocol'
import type { Checksum, FileFacts } from '../types.ts'

/** Names and values of a form's fields, in their order. */
export type Fields = readonly (readonly [string, string])[]

/** A form whose last part is bytes of the file, so that nothing else is lost where it is cut. */
export function formOf(fields: Fields, fileField: string, body: Blob, file: FileFacts): FormData {
  const form = new FormData()
  for (const [name, value] of fields) form.append(name, value)
  // A host's validators see the name and type of the part, and nothing else.
  form.append(fileField, body, drfFilename(file.name))
  return form
}

/** The checksum as a field: named as the project has it, else by its algorithm. */
export const checksumFields = (checksum: Checksum | undefined, name: string | undefined): Fields =>
  checksum ? [[name ?? checksum.algorithm, checksum.hex]] : []
