'use client';

import { useId } from 'react';

interface DeviceSelectProps {
  label: string;
  devices: readonly MediaDeviceInfo[];
  value: string | undefined;
  onChange: (deviceId: string) => void;
  testId: string;
}

/** A native list: it is what phones and screen readers know best. */
export function DeviceSelect({ label, devices, value, onChange, testId }: DeviceSelectProps) {
  const id = useId();
  const known = devices.some((each) => each.deviceId === value);
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium text-soft">{label}</label>
      <select
        id={id}
        data-testid={testId}
        className="field"
        value={known ? value : (devices[0]?.deviceId ?? '')}
        disabled={devices.length === 0}
        onChange={(event) => onChange(event.target.value)}
      >
        {devices.length === 0 && <option value="">None available</option>}
        {devices.map((each, index) => (
          <option key={each.deviceId} value={each.deviceId}>
            {each.label === '' ? `${label} ${index + 1}` : each.label}
          </option>
        ))}
      </select>
    </div>
  );
}
