'use client';

import { useEffect, useState, type RefObject } from 'react';

export interface Size {
  width: number;
  height: number;
}

export function useSize(ref: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry === undefined) return;
      const { width, height } = entry.contentRect;
      setSize({ width: Math.floor(width), height: Math.floor(height) });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return size;
}

const kRestMs = 200;

/** Whether somebody is dragging the window larger or smaller: what follows the pointer must not lag behind it. */
export function useResizing(): boolean {
  const [resizing, setResizing] = useState(false);
  useEffect(() => {
    let rest: ReturnType<typeof setTimeout> | undefined;
    const moved = () => {
      setResizing(true);
      clearTimeout(rest);
      rest = setTimeout(() => setResizing(false), kRestMs);
    };
    window.addEventListener('resize', moved);
    return () => {
      clearTimeout(rest);
      window.removeEventListener('resize', moved);
    };
  }, []);
  return resizing;
}
