import { ledgerContract } from './counts/contract.ts'
import { ledgerOf } from './ledger.ts'
import { memoryStore } from './stores/memory.ts'

ledgerContract(async () => {
  const store = memoryStore()
  return [ledgerOf(store), ledgerOf(store)]
})
