import { Host } from './host.js';
import { serve } from './serve.js';

serve(import.meta.url, Host);
