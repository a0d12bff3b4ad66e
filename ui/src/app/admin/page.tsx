import type { Metadata } from 'next';
import { AdminPage } from '@/components/admin/admin-page';

export const metadata: Metadata = { title: 'Admin · confab' };

export default function Page() {
  return <AdminPage />;
}
