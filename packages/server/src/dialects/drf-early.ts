import { isProblem } from '../problem.ts'
import type { FileForm } from './drf-form.ts'

/**
 * Does work that may find a fault before the file is read. The real server has read all of it by then and tells other faults
 * first, so the rest is read on, within bounds, and `judge` throws what its size has against it.
 *
 * @param work calls `reading` as soon as it reads the file itself
 */
export async function judgingSize<T>(
  form: FileForm,
  work: (reading: () => void) => Promise<T>,
  judge: (size: number) => void = () => {},
): Promise<T> {
  let read = false
  try {
    return await work(() => {
      read = true
    })
  } catch (error) {
    const passing = isProblem(error, 'locked', 'storage-full', 'too-many-requests', 'unavailable')
    if (read || passing || !isProblem(error)) throw error
    const size = await form.count()
    if (size !== undefined) judge(size)
    throw error
  }
}
