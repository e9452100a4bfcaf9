/** Where a site keeps its token against forged requests, and in which header it wants it back. Django's names by default. */
export interface Csrf {
  readonly cookie: string
  readonly header: string
}

export const djangoCsrf: Csrf = { cookie: 'csrftoken', header: 'X-CSRFToken' }

/** The header for one request, read afresh since sites rotate the token; empty where the page has no such cookie. */
export function csrfHeaders({ cookie, header }: Csrf, cookies: string): Record<string, string> {
  for (const pair of cookies.split(';')) {
    const [name, ...value] = pair.trim().split('=')
    if (name === cookie) return { [header]: value.join('=') }
  }
  return {}
}
