// Insyn's script: a few small helps beside htmx, which the build puts before it. Every page works without it. No eval, no inline code, no storage.
import "./exit.js";
import "./failures.js";
import "./forms.js";
import "./menu.js";
import "./onward.js";
import "./session.js";
