import lesson from './lesson.json' with { type: 'json' };
import en from './en.json' with { type: 'json' };
import ko from './ko.json' with { type: 'json' };
import numbers from './numbers.json' with { type: 'json' };
import recorded from './recorded.json' with { type: 'json' };

export { lesson, en, ko, numbers, recorded };
