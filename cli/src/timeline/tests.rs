//! Tells small stories and looks at them as a newcomer would.
