/**
 * What can be wrong with an upload, by name. `docs/errors.md` has the cause and the cure of each.
 *
 * The wire: `network` no answer came; `timeout` nothing moved for too long; `blocked` something else than the server
 * answered (a portal, a login page, a redirect); `server` it failed (5xx); `throttled` it asked to wait; `locked` another
 * request holds the upload; `conflict` it stands at another offset than we; `rewound` it went back again and again;
 * `malformed` its answer cannot be read; `redirected` the endpoint's address is not exact; `rejected` it refused the
 * request for good; `refused` it took the bytes, and its own check refused the finished file; `too-large` a request body is
 * over a limit in between; `gone` it no longer knows the upload; `unauthorized` it wants credentials; `checksum` what
 * arrived is not what was read; `unconfirmed` the finish went unanswered and must not be repeated; `busy` another upload
 * occupies the server's only place.
 *
 * The file: `file-needed` it must be chosen again; `file-changed`, `file-gone`, `file-unreadable` while it was read;
 * `file-mismatch` another file was chosen than the one begun;
 * `empty-file`, `is-directory`, `file-too-small`, `file-too-large`, `file-type`, `too-many-files` it is not accepted.
 *
 * The page: `checksum-unavailable` this page cannot compute the checksum that was asked for; `cancelled` it was cancelled;
 * `internal` a fault of ours.
 */
export type ErrorCode =
  | 'network'
  | 'timeout'
  | 'blocked'
  | 'server'
  | 'throttled'
  | 'locked'
  | 'conflict'
  | 'rewound'
  | 'malformed'
  | 'redirected'
  | 'rejected'
  | 'refused'
  | 'too-large'
  | 'gone'
  | 'unauthorized'
  | 'checksum'
  | 'unconfirmed'
  | 'busy'
  | 'file-needed'
  | 'file-changed'
  | 'file-gone'
  | 'file-unreadable'
  | 'file-mismatch'
  | 'empty-file'
  | 'is-directory'
  | 'file-too-small'
  | 'file-too-large'
  | 'file-type'
  | 'too-many-files'
  | 'checksum-unavailable'
  | 'cancelled'
  | 'internal'

/** What an {@link UploadError} may carry besides its message. */
export interface ErrorDetails {
  /** The HTTP status of the answer, if one came. */
  readonly status?: number | undefined
  /** How long the server asked to be left alone, in milliseconds. */
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

/** The one class of error that this package reports. `code` is for programs, `message` for people, `cause` for us. */
export class UploadError extends Error {
  override readonly name = 'UploadError'
  readonly code: ErrorCode
  readonly status: number | undefined
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details)
    this.code = code
    this.status = details.status
    this.retryAfterMs = details.retryAfterMs
  }
}
