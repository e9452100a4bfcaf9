import { afterEach, expect, test, vi } from 'vitest'
import { breather } from './breathe.ts'

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

for (const where of ['in Node', 'in a browser']) {
  test(`F81 ${where} work goes on without a break for one slice, then lets others run first`, async () => {
    if (where === 'in a browser') vi.stubGlobal('setImmediate', undefined)
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    const breathe = breather(5)
    now = 4
    expect(breathe()).toBeUndefined()
    now = 5
    let others = 0
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      others += 1
      port1.close()
    }
    port2.postMessage(undefined)
    const breath = breathe()
    expect(breath).toBeInstanceOf(Promise)
    now = 100
    await breath
    await vi.waitUntil(() => others === 1, { timeout: 10_000 })
    now = 104
    expect(breathe()).toBeUndefined()
    now = 105
    expect(breathe()).toBeInstanceOf(Promise)
  })
}
