import { vi } from 'vitest'
import { memoryLocks } from './lock.ts'
import { locksContract } from './locks/contract.ts'

locksContract({
  make: async () => memoryLocks(),
  settle: () => vi.advanceTimersByTimeAsync(0),
  elapse: (ms) => vi.advanceTimersByTimeAsync(ms),
  spread: async () => {},
  hangMs: 12_000,
})
