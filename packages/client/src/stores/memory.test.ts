import { storeContract } from '../../test/store-contract.ts'
import { memoryStore } from './memory.ts'

storeContract('memoryStore', { open: memoryStore, clear: async () => {}, outlives: false })
