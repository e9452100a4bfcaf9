/** Where a site keeps its token against forged requests, and in which header it wants it back. Django's names by default. */
export interface Csrf {
  readonly cookie: string
  readonly header: string
}

export const djangoCsrf: Csrf = { cookie: 'csrftoken', header: 'X-CSRFToken' }

/** The header for one request, read afresh since sites rotate the token; empty where the page has no such cookie. */
export function csrfHeaders({ cookie, header }: Csrf, cookies: string): Record<string, string> {
  const pair = cookies.split('; ').find((each) => each.startsWith(`${cookie}=`))
  return pair === undefined ? {} : { [header]: pair.slice(cookie.length + 1) }
}
