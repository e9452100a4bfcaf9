import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { find } from '../element.ts'
import { Uploads } from './uploads.tsx'

createRoot(find('app', HTMLElement)).render(
  <StrictMode>
    <Uploads />
  </StrictMode>,
)
