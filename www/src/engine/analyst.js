import { AnalystHost } from './analyst-host.js';
import { serve } from './serve.js';

serve(import.meta.url, AnalystHost);
