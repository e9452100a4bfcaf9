import { useUploader } from '@chunkwise/react'
import { useEffect, type ChangeEvent } from 'react'
import { acceptDrops } from '../drops.ts'
import { Row } from './row.tsx'
import { Total } from './total.tsx'

export function Uploads() {
  const { uploads, uploader, add, remove } = useUploader({ endpoint: '/api/uploads/' })
  useEffect(() => acceptDrops((files) => files.forEach(add)), [add])
  function choose({ target }: ChangeEvent<HTMLInputElement>) {
    for (const file of target.files ?? []) add(file)
    target.value = ''
  }
  return (
    <>
      <section className="drop" aria-label="Add files">
        <p className="drop-text">Drop files or folders anywhere on this page</p>
        <label className="button button-strong">
          Choose files
          <input type="file" multiple onChange={choose} />
        </label>
      </section>
      <Total uploader={uploader} />
      <ul className="rows" aria-label="Uploads">
        {uploads.map((upload, key) => (
          <Row key={key} upload={upload} remove={remove} />
        ))}
      </ul>
    </>
  )
}
