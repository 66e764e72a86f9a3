import { revalidateTag } from 'next/cache';

export function POST(request: Request) {
  const token = process.env.PELOTON_HOOK_TOKEN;
  if (!token || request.headers.get('authorization') !== `Bearer ${token}`) return new Response(null, { status: 401 });
  revalidateTag('peloton-stats', 'max');
  return new Response(null, { status: 204 });
}
