import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { QualityBars } from './quality-bars';

it('says why a connection is bad, to who sees and to who listens', () => {
  render(<QualityBars verdict={{ grade: 'poor', reason: 'Your connection loses packets' }} />);
  const bars = screen.getByRole('img', { name: 'Your connection loses packets' });
  expect(bars.title).toBe('Your connection loses packets');
  expect(bars.querySelectorAll('.bg-danger-text')).toHaveLength(1);
});

it('fills as many bars as the grade has, and stays out of sight while all is well', () => {
  const lit = (grade: 'good' | 'fair', color: string) => {
    const { container } = render(<QualityBars verdict={{ grade, reason: '' }} />);
    return container.querySelectorAll(color).length;
  };
  expect(lit('fair', '.bg-warn')).toBe(2);
  expect(lit('good', '.bg-live')).toBe(3);
  expect(screen.getByRole('img', { name: 'Good connection' }).className).toContain('group-hover:flex');
  expect(screen.getByRole('img', { name: 'Weak connection' }).className).not.toContain('hidden');
});
