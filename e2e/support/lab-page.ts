import { expect, type FrameLocator, type Locator, type Page } from '@playwright/test'
import type { Demo } from './demo.ts'

/** The switches of the laboratory, by what they are called there. */
export type Fault = 'Slow' | 'Stall' | 'Cut' | 'Lost answer' | '503' | 'Expire' | 'Kill'

/** Opens the laboratory as one finds it: nothing is on but the slow pace, and nothing was seen. */
export async function openLab(page: Page, { url }: Demo): Promise<void> {
  await page.goto(`${url}/lab.html`)
  await expect(page.getByText(/^Server process \d+/)).toBeVisible()
  await page.getByRole('button', { name: 'Clear' }).click()
  for (const fault of ['Stall', 'Cut', 'Lost answer', '503', 'Expire', 'Kill'] as const) {
    if (await faultSwitch(page, fault).isChecked()) await turn(page, fault)
  }
  if (!(await faultSwitch(page, 'Slow').isChecked())) await turn(page, 'Slow')
}

export const faultSwitch = (page: Page, fault: Fault): Locator => page.getByRole('switch', { name: fault })

/** Switches a fault on or off. It may meet a request, and so be off again, before anybody can look. */
export async function turn(page: Page, fault: Fault): Promise<void> {
  const turned = page.waitForResponse((response) => response.url().includes('/lab/switches/'))
  await faultSwitch(page, fault).click()
  expect((await turned).status()).toBe(204)
}

/** A page in a frame of the laboratory. */
export const labTab = (page: Page): FrameLocator => page.frameLocator('#tab-a')

/** The requests of the picture that ended so. */
export const barsThatEnded = (page: Page, outcome: string): Locator =>
  page.locator('#timeline g').filter({ has: page.locator('.outcome', { hasText: outcome }) })
