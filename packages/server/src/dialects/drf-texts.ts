/**
 * The texts of Django and Django REST framework that reach a client (3.14, English). A project in another language, or on
 * another version of the framework, says some of them otherwise.
 */
export const drfTexts = {
  notFound: 'Not found.',
  noFormat: 'Not found.',
  signIn: 'Authentication credentials were not provided.',
  notAllowed: (method: string): string => `Method "${method}" not allowed.`,
  notAcceptable: 'Could not satisfy the request Accept header.',
  invalidPage: 'Invalid page.',
  required: 'This field is required.',
  blank: 'This field may not be blank.',
  tooLong: (limit: number): string => `Ensure this field has no more than ${limit} characters.`,
  nullCharacters: 'Null characters are not allowed.',
  notInteger: 'A valid integer is required.',
  numberTooLong: 'String value too large.',
  tooGreat: (limit: bigint): string => `Ensure this value is less than or equal to ${limit}.`,
  tooSmall: (limit: bigint): string => `Ensure this value is greater than or equal to ${limit}.`,
  notFile: 'The submitted data was not a file. Check the encoding type on the form.',
  emptyFile: 'The submitted file is empty.',
} as const

/** The texts, each of which a host may replace. */
export type DrfTexts = {
  readonly [Name in keyof typeof drfTexts]: (typeof drfTexts)[Name] extends (value: infer Value) => string
    ? (value: Value) => string
    : string
}
