import type { BrowserContext, Page } from '@playwright/test'
import type { World } from './world.ts'

/** The user that all projects know; the password is the name twice. */
export const alice = 'alice'

/** Makes forty times this letter the only token of alice at the peer, and gives the value of the header for it. */
export async function tokenOf({ running }: World, letter: string): Promise<string> {
  const token = letter.repeat(40)
  const answer = await fetch(`http://127.0.0.1:${running.port}/tokens/${token}/`, { method: 'POST' })
  if (!answer.ok) throw new Error(`Cannot set the token: the peer answered ${answer.status}`)
  return `Token ${token}`
}

/** Signs alice in: from then on the browser has the cookies of a session and of a new CSRF token. */
export async function signIn({ peer, origin }: World, page: Page): Promise<void> {
  if (peer.protocol === 'djangoChunkedUpload') {
    await page.goto(`${origin}/log-in/`)
    return
  }
  await page.goto(`${origin}/accounts/login/`)
  await page.locator('input[name=username]').fill(alice)
  await page.locator('input[name=password]').fill(alice + alice)
  await page.locator('input[type=submit]').click()
  await page.waitForURL(`${origin}/ping/`)
}

/** Ends the session in this browser, which the peer sees as one that has expired. */
export const signOut = (context: BrowserContext): Promise<void> => context.clearCookies({ name: 'sessionid' })

/** The CSRF token that the browser has. */
export async function csrfToken(context: BrowserContext): Promise<string> {
  const cookie = (await context.cookies()).find(({ name }) => name === 'csrftoken')
  if (!cookie) throw new Error('Expected the browser to have a cookie "csrftoken"')
  return cookie.value
}
