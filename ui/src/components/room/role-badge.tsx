import clsx from 'clsx';
import { Crown, Eye, ShieldCheck } from 'lucide-react';
import type { Role } from '@/lib/protocol/types';

export const kRoleWords: Record<Role, string> = { host: 'Host', cohost: 'Co-host', member: '', viewer: 'Viewer' };

const kIcons = { host: Crown, cohost: ShieldCheck, viewer: Eye } as const;

/** What somebody is here, where that is not what most are. */
export function RoleBadge({ role, className }: { role: Role; className: string }) {
  if (role === 'member') return null;
  const Icon = kIcons[role];
  return <Icon role="img" data-testid={`role-${role}`} className={clsx('shrink-0 text-accent', className)} aria-label={kRoleWords[role]} />;
}
