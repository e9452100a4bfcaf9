import { expect } from '@playwright/test'
import type { Page } from 'playwright'
import type { Demo } from '../support/demo.ts'
import { makeFile, MiB, type DiskFile } from '../support/files.ts'
import { barsThatEnded, labTab, openLab, turn } from '../support/lab-page.ts'
import type { Hold } from '../support/network.ts'
import type { Site } from '../support/site.ts'
import {
  chooseAgain,
  chooseFiles,
  confirmed,
  openPage,
  untilHeld,
  untilStatus,
  uploadRow,
} from '../support/upload-page.ts'
import { openVideos, untilState, videoCard } from '../support/video-page.ts'
import type { Clip } from './picture.ts'

/** What a scene is made in. */
export interface Stage {
  readonly page: Page
  readonly site: Site
  readonly demo: Demo
  /** For files. */
  readonly folder: string
}

const file = (folder: string, name: string, size: number): Promise<DiskFile> => makeFile(folder, name, size * MiB)

/** One upload that goes on after a reload, one that needs its file again, one completed. */
export async function plainScene({ page, site, folder }: Stage): Promise<void> {
  const interview = await file(folder, 'Interview, raw cut.mov', 300)
  const scan = await file(folder, 'scan-0042.tiff', 140)
  const photos = await file(folder, 'photos-2026.zip', 24)
  await openPage(page, { chunkSize: 4 * MiB })
  const early: Hold[] = []
  // One after the other, since a place holds back whichever file comes there first.
  for (const [file, offset] of [
    [interview, 54],
    [scan, 50],
  ] as const) {
    const hold = site.network.holdAt(offset * MiB)
    early.push(hold)
    await chooseFiles(page, file)
    await untilHeld(hold)
  }
  await page.reload()
  for (const { release } of early) release()
  await untilStatus(uploadRow(page, scan), 'paused')
  await chooseFiles(page, photos)
  await untilStatus(uploadRow(page, photos), 'completed')
  const now = site.network.holdAt(190 * MiB)
  await chooseAgain(uploadRow(page, interview), interview)
  await untilHeld(now)
  await page.evaluate(() => scrollTo(0, 0))
}

/** The element in its form: one upload under way, one completed. */
export async function elementScene({ page, site, folder }: Stage): Promise<void> {
  await page.addInitScript(() => Reflect.deleteProperty(window, 'showOpenFilePicker'))
  await page.goto('/element.html')
  const film = await file(folder, 'Interview, raw cut.mov', 120)
  const photos = await file(folder, 'photos-2026.zip', 24)
  await page.getByLabel('Choose files').setInputFiles(photos.path)
  await expect(page.getByText('Completed')).toBeVisible({ timeout: 60_000 })
  const hold = site.network.holdAt(74 * MiB)
  await page.getByLabel('Choose files').setInputFiles(film.path)
  await untilHeld(hold)
}

/** A video that its host is at work on, and an upload under way. */
export async function videosScene({ page, demo, folder }: Stage): Promise<void> {
  const interview = await file(folder, 'Interview, raw cut.mov', 40)
  const film = await file(folder, 'The whole film.mp4', 300)
  await openVideos(page, demo)
  await chooseFiles(page, interview)
  await untilState(videoCard(page, interview), 'processing')
  await page.getByRole('button', { name: 'Clear finished' }).click()
  await chooseFiles(page, film)
  await expect.poll(() => confirmed(uploadRow(page, film)), { timeout: 30_000 }).toBeGreaterThan(film.size / 6)
  await page.evaluate(() => document.getElementById('choice')?.scrollIntoView())
}

/** Three faults have met an upload, and a fourth holds it up. */
export async function labScene({ page, demo }: Stage): Promise<Clip> {
  await openLab(page, demo)
  for (const fault of ['Kill', 'Lost answer', 'Cut'] as const) await turn(page, fault)
  await labTab(page).getByRole('button', { name: 'Upload a sample' }).click()
  await expect(barsThatEnded(page, 'server killed')).toHaveCount(1, { timeout: 60_000 })
  await turn(page, '503')
  await expect(barsThatEnded(page, '503 busy')).toHaveCount(1)
  await page.getByLabel('Stall: for').selectOption('10 s')
  await expect(barsThatEnded(page, 'slow, 200')).not.toHaveCount(0)
  await turn(page, 'Stall')
  await expect(barsThatEnded(page, 'stalled, under way')).toHaveCount(1)
  return clipOf(page, '#switches', '#timeline-table')
}

// From above one element to below another, as wide as the page.
const clipOf = (page: Page, first: string, last: string): Promise<Clip> =>
  page.evaluate(
    ([first = '', last = '']) => {
      const edge = 24
      const heading = document.querySelector(first)?.closest('section')?.getBoundingClientRect()
      const end = document.querySelector(last)?.getBoundingClientRect()
      const top = (heading?.top ?? 0) + scrollY - edge
      return {
        x: 0,
        y: top,
        width: document.documentElement.clientWidth,
        height: (end?.bottom ?? 0) + scrollY + edge - top,
      }
    },
    [first, last],
  )
