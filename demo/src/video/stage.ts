import type { UploadState } from '@chunkwise/client'

/** What a gateway knows of an upload; it has something new to tell when this changes. */
export type Stage = 'begun' | 'whole' | 'dropped'

const stages: Readonly<Partial<Record<UploadState['status'], Stage>>> = {
  uploading: 'begun',
  completed: 'whole',
  cancelled: 'dropped',
}

/** The stage of an upload by its status; `undefined` for one that says nothing of it, as while it is paused. */
export const stageOf = ({ status }: Pick<UploadState, 'status'>): Stage | undefined => stages[status]
