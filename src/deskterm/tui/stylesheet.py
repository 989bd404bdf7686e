"""A stylesheet with a cache of the rules that apply to widgets. Textual looks up all rules for a widget, its ancestors
and each of its components whenever the focus moves or a class changes, which happens several times a key: a third of a
key's cost. The result depends only on the path of the widget: type, name, classes and pseudo classes of the widget and
its ancestors.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from textual.css.styles import RulesMap
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode

_MOST_PATHS = 8192
"""Most paths in the cache; a console in which many dialogs were opened reaches some hundred."""

_Path = tuple[object, ...]
_ORDER = frozenset({"first-of-type", "last-of-type", "first-child", "last-child", "empty"})


class RememberingStylesheet(Stylesheet):
    """Textual's stylesheet, which caches the styles of each path until the rules change."""

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._rules_before: object = None
        """The rules from which everything below was computed."""
        self._pseudo_classes: dict[_Path, tuple[str, ...]] = {}
        """Type, classes and id of a widget → pseudo classes in the rules that may apply to it."""
        self._found: dict[_Path, RulesMap | None] = {}
        """Path → styles; None when no rule applies."""
        self._components: WeakKeyDictionary[DOMNode, _Path] = WeakKeyDictionary()
        """Widget → the path for which its components were styled last."""
        self._given: WeakKeyDictionary[DOMNode, tuple[RulesMap, dict[str, Any]]] = WeakKeyDictionary()
        """Widget → the styles that were applied last, and those that it had afterwards."""
        self._under_way: tuple[DOMNode, _Path] | None = None
        """The widget whose rules are being looked up, and its path."""

    def apply(self, node: DOMNode, *, animate: bool = False, cache: dict[Any, RulesMap] | None = None) -> None:
        """Apply the rules to a widget. cache: Textual's own, which holds for one update; not used."""
        if self.rules is not self._rules_before or len(self._found) > _MOST_PATHS:
            self._forget()
        pseudo_classes = self._find_pseudo_classes(node)
        path = _describe_path(node, pseudo_classes)
        if path in self._found:
            node._has_hover_style = "hover" in pseudo_classes
            node._has_focus_within = "focus-within" in pseudo_classes
            node._has_order_style = not _ORDER.isdisjoint(pseudo_classes)
            node._has_odd_or_even = "odd" in pseudo_classes or "even" in pseudo_classes
            styles = self._found[path]
            if styles is not None:
                self.replace_rules(node, styles, animate=animate)
            self._process_component_classes(node)
            return
        # When no rule applies, Textual replaces no styles
        self._found[path] = None
        before, self._under_way = self._under_way, (node, path)
        super().apply(node, animate=animate)
        self._under_way = before

    def replace_rules(self, node: DOMNode, rules: RulesMap, animate: bool = False) -> None:  # type: ignore[override]
        """Apply styles to a widget, unless it has them already."""
        if self._under_way is not None and self._under_way[0] is node:
            self._found[self._under_way[1]] = rules
        base, given = node.styles.base, self._given.get(node)
        if given is not None and given[0] is rules and given[1] == base._rules:
            if not animate:
                # Its ancestors may look different now
                node.notify_style_update()
            return
        super().replace_rules(node, rules, animate=animate)
        # Compared with what the widget has, because Textual stores some styles in another form
        self._given[node] = rules, dict(base._rules)

    def _process_component_classes(self, node: DOMNode) -> None:
        """Style the components of a widget, unless that was done for the present path."""
        components = node._get_component_classes()
        if not components:
            return
        path = _describe_path(node, self._find_pseudo_classes_of_components(components))
        if self._components.get(node) != path:
            super()._process_component_classes(node)
            self._components[node] = path

    def _forget(self) -> None:
        self._rules_before = self.rules
        self._pseudo_classes.clear()
        self._found.clear()
        self._components.clear()
        self._given.clear()

    def _find_pseudo_classes(self, node: DOMNode) -> tuple[str, ...]:
        """Return the pseudo classes that decide which rules apply to a widget."""
        kind = (type(node), node._id, frozenset(node._classes))
        found = self._pseudo_classes.get(kind)
        if found is None:
            found = self._pseudo_classes[kind] = self._list_pseudo_classes(node._selector_names)
        return found

    def _find_pseudo_classes_of_components(self, components: frozenset[str]) -> tuple[str, ...]:
        """Return the pseudo classes that decide which rules apply to components."""
        found = self._pseudo_classes.get((components,))
        if found is None:
            names = {"*", DOMNode.__name__, *(f".{name}" for name in components)}
            found = self._pseudo_classes[components,] = self._list_pseudo_classes(names)
        return found

    def _list_pseudo_classes(self, selectors: set[str]) -> tuple[str, ...]:
        rules = [rule for name in self.rules_map.keys() & selectors for rule in self.rules_map[name]]
        return tuple(sorted(set().union(*(rule.pseudo_classes for rule in rules))))


def _describe_path(node: DOMNode, pseudo_classes: tuple[str, ...]) -> _Path:
    """Return what selectors can see of a widget and its ancestors, limited to these pseudo classes."""
    path: list[object] = []
    part: Any = node
    while isinstance(part, DOMNode):
        has = part.has_pseudo_class
        path += (type(part), part._id, frozenset(part._classes), *[has(name) for name in pseudo_classes])
        part = part._parent
    return tuple(path)
