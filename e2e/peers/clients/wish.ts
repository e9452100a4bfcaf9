/** What a client is asked to do: plain data, since it goes to a page or to another process. */
export interface Wish {
  readonly endpoint: string
  readonly metadata: Readonly<Record<string, string>>
  /** Options of tus-js-client by its own names; other clients take what they know of them. */
  readonly options: Readonly<Record<string, unknown>>
  /** The file comes as a stream, whose length nobody knows before its end. */
  readonly stream: boolean
  /** Every chunk comes with its checksum. */
  readonly checksums: boolean
}
