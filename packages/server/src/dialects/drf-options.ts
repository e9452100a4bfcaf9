import type { FilePart } from '../form.ts'
import type { SessionRecord } from '../record.ts'
import type { DrfTexts } from './drf-texts.ts'

/**
 * Whose answers to give: drf-chunked-upload 0.6.0, 0.5.1 (another key in the offset mismatch, no cache headers), or the
 * m3hrdadfi fork of 0.4.2.
 */
export type DrfCompat = '0.6.0' | '0.5.1' | 'fork'

/** What a host may look at before a first chunk or a whole file is taken. */
export interface FirstFile {
  /** The form field, as sent: shown to people, never a path. */
  readonly filename: string
  /** Name of the file part, without folders. */
  readonly partName: string
  /** Type of the file part, as the client claims. */
  readonly type: string
  /** Every field that came before the file. */
  readonly fields: ReadonlyMap<string, string>
}

/** Field errors: texts by field name. None: the file is welcome. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>

/** What the m3hrdadfi fork lets a project set beside the usual. */
export interface ForkOptions {
  /** Least size of the first chunk: `DRF_CHUNKED_UPLOAD_MIN_BYTES`. */
  readonly minBytes?: number
  /** Greatest size of the whole, judged as the chunks come: the model's maximum. */
  readonly maxBytes?: number
  /** `DRF_CHUNKED_ALLOWED_EXTENSIONS`, without dots. */
  readonly allowedExtensions?: readonly string[]
  /** `DRF_CHUNKED_ALLOWED_MIMETYPES`, judged by the extension of the part's name. */
  readonly allowedTypes?: readonly string[]
  /** Judges the fields `owner_type` and `owner_id`. */
  readonly owners?: (type: number, id: string | undefined) => 'allowed' | 'unknown-type' | 'type-refused' | 'id-refused'
}

/** Options of the drf dialect; every one has the default of drf-chunked-upload. */
export interface DrfOptions {
  /** Name of the form field that holds the bytes: `file`. */
  readonly fileField?: string
  /** Whether an upload belongs to a user: `none`, `required`, or `optional`. With `authenticate`: `required`. */
  readonly owner?: 'none' | 'required' | 'optional'
  /** Which ids the url takes: dashed lower case, either case, or anything (then an unknown one is a JSON 404). */
  readonly ids?: 'uuid' | 'uuid-any-case' | 'any'
  /** Whether urls end in a slash; a missing one is redirected. */
  readonly trailingSlash?: boolean
  /** Uploads per page of the list; absent: all of them in a bare array. */
  readonly pageSize?: number
  /** Whether a body that is no form is taken as the file itself, named by `Content-Disposition`. */
  readonly rawBodies?: boolean
  /** Changes the JSON of an upload. */
  readonly serialize?: (answer: Record<string, unknown>, session: SessionRecord) => unknown
  /** Looks at a first chunk before a byte of it is stored; what it returns under a field name refuses it. */
  readonly validate?: (file: FirstFile, request: Request) => FieldErrors | undefined
  /** Names of the view in the answer to `OPTIONS`. */
  readonly viewName?: string
  /** Framework texts to replace. */
  readonly texts?: Partial<DrfTexts>
  readonly fork?: ForkOptions
}

/** What the dialect needs of the handler's own options, made whole. */
export interface DrfSettings extends Required<
  Omit<DrfOptions, 'pageSize' | 'serialize' | 'validate' | 'texts' | 'fork'>
> {
  readonly pageSize: number | undefined
  readonly serialize: DrfOptions['serialize']
  readonly validate: DrfOptions['validate']
  readonly texts: DrfTexts
  readonly fork: ForkOptions
  readonly compat: DrfCompat | undefined
  /** Path of the list, with its slash unless there is none. */
  readonly path: string
  readonly checksum: 'md5' | 'sha256' | false
  readonly terminate: boolean
  readonly mediaUrl: string
  readonly completeExtension: string
  readonly maxSize: (request: Request) => Promise<number>
  readonly origin: (request: Request) => string
}

/** A first file as the rules of the dialect see it. */
export type FirstPart = Pick<FilePart, 'filename' | 'type'>
