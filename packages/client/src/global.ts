// While the script runs for the first time it learns where it is from, for what it loads later.
// oxlint-disable-next-line import/no-unassigned-import -- it has to run now, and is used later
import './checksum/script-tag.ts'

export * from './names.ts'
