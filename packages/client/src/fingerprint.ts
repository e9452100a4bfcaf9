import type { SourceFacts } from './types.ts'

/** The facts of a file; what has no name is called `file`, and of an unopened handle only the name is known. */
export const factsOf = ({ name, type = '', size = 0, lastModified = 0 }: Partial<SourceFacts>): SourceFacts => ({
  name: name || 'file',
  ...{ type, size, lastModified },
})

/**
 * The name under which a file is recognised after a reload: the same for the same name, type, size and date, sent to the
 * same endpoint by the same owner. It finds records and proves nothing: samples do.
 */
export const fingerprintOf = (
  file: Partial<SourceFacts>,
  { endpoint, owner }: { readonly endpoint: string; readonly owner: string },
): string => JSON.stringify([factsOf(file), endpoint, owner])
