import { memoryVideos } from './memory-videos.ts'
import { videoStoreContract } from './store-contract.ts'

videoStoreContract(async () => memoryVideos())
