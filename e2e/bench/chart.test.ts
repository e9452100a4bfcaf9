import { expect, test } from 'vitest'
import { drawBars } from './chart.ts'

const bar = (label: string, value: number, isOurs = false) => ({ label, value, isOurs })
const draw = (...bars: readonly ReturnType<typeof bar>[]) => drawBars({ name: 'speed', title: 'MB/s', digits: 1, bars })
const widths = (svg: string) =>
  [...svg.matchAll(/<rect class="(?:ours|theirs)"[^>]* width="(\d+)"/g)].map(([, width]) => Number(width))

test('a bar is as long as its value, and the longest is whole', () => {
  const [long = NaN, half = NaN] = widths(draw(bar('all', 80), bar('half', 40)))
  expect(half / long).toBeCloseTo(0.5, 2)
})

test('values are written beside their bars, ours in a colour of its own', () => {
  const svg = draw(bar('theirs', 1.25), bar('ours', 2, true))
  expect(svg).toMatch(/>theirs<.*class="theirs".*>1\.3</)
  expect(svg).toMatch(/>ours<.*class="ours".*>2\.0</)
})

test('what is nothing still has a bar that can be seen', () => {
  expect(widths(draw(bar('none', 0), bar('some', 9)))[0]).toBe(1)
  expect(widths(draw(bar('none', 0)))).toEqual([1])
})

test('labels are text, whatever is in them', () => {
  expect(draw(bar('<a> & "b"', 1))).toContain('&lt;a> &amp; &quot;b&quot;')
})

test('it knows light and dark', () => {
  expect(draw(bar('one', 1))).toContain('prefers-color-scheme:dark')
})
