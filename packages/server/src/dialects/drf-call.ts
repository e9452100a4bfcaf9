import { UploadProblem } from '../problem.ts'
import type { Sessions, Viewer } from '../session.ts'
import type { DrfSettings } from './drf-options.ts'

/** A request on its way through the dialect: admitted, and with everything that answering takes. */
export interface Call {
  readonly request: Request
  readonly url: URL
  readonly viewer: Viewer
  readonly sessions: Sessions
  readonly settings: DrfSettings
}

/** The form's fields, as far as they are read. */
export type Fields = Map<string, string>

/** A 400 in the app's own words. */
export const malformed = (detail: string): UploadProblem => new UploadProblem('malformed', detail)

/** A 400 with texts by field. */
export const refuseFields = (errors: object): UploadProblem =>
  new UploadProblem('malformed', 'Some fields are refused', { answer: { detail: errors } })
