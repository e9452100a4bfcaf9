import { auto, djangoTus, drfChunkedUpload, ietf, tus, type Protocol } from '@chunkwise/client'

/** A dialect that needs no options, by the name it has in HTML. */
export type ProtocolName = 'auto' | 'django-tus' | 'drf' | 'ietf' | 'tus'

const known: Readonly<Record<ProtocolName, () => Protocol>> = {
  auto,
  'django-tus': djangoTus,
  drf: drfChunkedUpload,
  ietf,
  tus,
}

export const protocolNames: readonly string[] = Object.keys(known)

export const isProtocolName = (name: string): name is ProtocolName => Object.hasOwn(known, name)

/** The protocol of this name. */
export const protocolOf = (name: ProtocolName): Protocol => known[name]()
