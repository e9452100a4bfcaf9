import { expect, type Locator, type Page } from '@playwright/test'
import type { Demo } from './demo.ts'
import type { DiskFile } from './files.ts'

/** The fake hosts of the demo. */
export const videoHosts = ['cloudflare', 'arvan'] as const
export type VideoHost = (typeof videoHosts)[number]

/** Opens the page of video hosts, with this one chosen. */
export async function openVideos(
  page: Page,
  { url }: Demo,
  host: VideoHost = 'cloudflare',
  settings: { readonly chunkSize?: string } = {},
): Promise<void> {
  const listed = page.waitForResponse((response) => response.url() === `${url}/api/${host}/`)
  await page.goto(`${url}/video.html?${new URLSearchParams({ picker: 'input', host, ...settings })}`)
  expect((await listed).status()).toBe(200)
  // What is below the list moves when it is filled: a click would hit nothing.
  await expect(page.locator('.videos:visible ul[aria-busy="false"]')).toHaveCount(1)
}

/** What the page shows of a video. */
export const videoCard = (page: Page, { name }: Pick<DiskFile, 'name'>): Locator =>
  page.locator(`[data-testid="video"][data-name="${name}"]`)

// A host takes a quarter of a minute, and is asked now and then.
const longMs = 40_000

export async function untilState(card: Locator, state: string): Promise<void> {
  await expect(card).toHaveAttribute('data-state', state, { timeout: longMs })
}

/** Where the gateway has the video. */
export async function videoAddress(page: Page, card: Locator, host: VideoHost): Promise<string> {
  const id = await card.locator('dt', { hasText: /^Id$/ }).locator('+ dd').textContent()
  return new URL(`/api/${host}/${id}`, page.url()).href
}
