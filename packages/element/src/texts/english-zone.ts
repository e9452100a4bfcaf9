import type { ZoneTexts } from './texts.ts'

/** What is said before there is an upload, unless it is told otherwise. */
export const englishZone: ZoneTexts = {
  label: 'File upload',
  drop: 'Drop files or folders here, or paste them',
  dropOne: 'Drop a file here, or paste it',
  choose: 'Choose files',
  chooseOne: 'Choose a file',
  onlyOne: 'Only one file: remove the other one first',
  required: 'Upload a file',
  unfinished: 'Wait until the uploads have finished, or cancel them',
}
