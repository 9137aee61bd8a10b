/** Where an event is inside an element, in the element's own pixels, whatever the page's scale.
 * @param {HTMLElement} element @param {MouseEvent} event */
export function pointIn(element, event) {
  const area = element.getBoundingClientRect();
  const own = area.width ? element.offsetWidth / area.width : 1;
  return {
    x: (event.clientX - area.left) * own,
    y: (event.clientY - area.top) * own,
    width: area.width * own,
    height: area.height * own,
  };
}
