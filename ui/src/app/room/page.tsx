import { RoomPage } from '@/components/room/room-page';
import { kReturnScript } from '@/lib/session/page-life';

export default function Page() {
  return (
    <>
      <script dangerouslySetInnerHTML={{ __html: kReturnScript }} />
      <RoomPage />
    </>
  );
}
