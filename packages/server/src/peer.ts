/**
 * Whose requests are counted together: one address, in IPv6 the network of a customer (/64), who could have a new address for
 * each request otherwise. `undefined` if there is none.
 */
export function peerOf(address: string | undefined): string | undefined {
  const text = address?.toLowerCase() ?? ''
  const [, mapped] = /^::ffff:(\d+(?:\.\d+){3})$/.exec(text) ?? []
  if (mapped !== undefined) return mapped
  if (!text.includes(':')) return text === '' ? undefined : text
  const [head = '', tail] = (text.split('%', 1)[0] ?? '').split('::')
  const left = groupsOf(head)
  const right = groupsOf(tail ?? '')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  const all = [...left, ...Array.from({ length: zeros }, () => '0'), ...right]
  return `${all.slice(0, 4).join(':')}::/64`
}

const groupsOf = (text: string): string[] =>
  text.split(':').flatMap((group) => {
    if (group === '') return []
    return group.includes('.') ? ['v4', 'v4'] : [group.replace(/^0+(?=.)/, '')]
  })

/** The address that the nearest proxy has seen: the last one of `X-Forwarded-For`, since a client may have sent the others. */
export function forwardedFor({ headers }: Request): string | undefined {
  const last = headers.get('x-forwarded-for')?.split(',').at(-1)?.trim() ?? ''
  return /^[0-9a-f.:]{3,45}$/i.test(last) ? last : undefined
}
