//! `if`, `unless`, `each` and `with`: the engine's own pass over a name that nothing has.

use handlebars::{BlockContext, BlockParams, HelperResult, PathAndJson, Renderable};
use serde_json::Value as Json;

use super::{Frame, absent_path, stop};

/// Writes its block if the value is there and is not `false`, zero or empty.
pub(super) fn when(frame: &mut Frame<'_, '_, '_>) -> HelperResult {
    let holds = frame.call.holds(0).map_err(stop)?;
    frame.branch(holds)
}

/// Writes its block if the value is absent, `false`, zero or empty.
pub(super) fn unless(frame: &mut Frame<'_, '_, '_>) -> HelperResult {
    let holds = frame.call.holds(0).map_err(stop)?;
    frame.branch(!holds)
}

/// Writes its block once for each value of a list, and its `else` if there is none.
pub(super) fn each(frame: &mut Frame<'_, '_, '_>) -> HelperResult {
    let value = frame.call.known(0).map_err(stop)?;
    if absent_path(value).is_some() {
        return frame.branch(false);
    }
    let Json::Array(items) = value else {
        return Err(stop(
            frame.call.fail("goes through a list, and this is none"),
        ));
    };
    let items = items.clone();
    if items.is_empty() {
        return frame.branch(false);
    }
    let last = items.len() - 1;
    for (i, item) in items.into_iter().enumerate() {
        let mut block = BlockContext::new();
        block.set_local_var("index", Json::from(i));
        block.set_local_var("first", Json::Bool(i == 0));
        block.set_local_var("last", Json::Bool(i == last));
        let mut names = BlockParams::new();
        if let Some((value_name, index_name)) = frame.helper.block_param_pair() {
            names.add_value(value_name, item.clone())?;
            names.add_value(index_name, Json::from(i))?;
        } else if let Some(value_name) = frame.helper.block_param() {
            names.add_value(value_name, item.clone())?;
        }
        block.set_block_params(names);
        block.set_base_value(item);
        frame.inside(block)?;
    }
    Ok(())
}

/// Writes its block with the names of a group at hand.
pub(super) fn with(frame: &mut Frame<'_, '_, '_>) -> HelperResult {
    let value = frame.call.get(0).map_err(stop)?;
    if !value.is_object() {
        return Err(stop(
            frame.call.fail("opens a group of values, and this is none"),
        ));
    }
    let mut block = BlockContext::new();
    let path = frame.helper.param(0).and_then(PathAndJson::context_path);
    match path {
        Some(path) => block.base_path_mut().clone_from(path),
        None => block.set_base_value(value.clone()),
    }
    if let Some(name) = frame.helper.block_param() {
        let mut names = BlockParams::new();
        names.add_value(name, value.clone())?;
        block.set_block_params(names);
    }
    frame.inside(block)
}

impl<'rc> Frame<'_, '_, 'rc> {
    /// Writes the block or its `else`.
    fn branch(&mut self, holds: bool) -> HelperResult {
        let template = if holds {
            self.helper.template()
        } else {
            self.helper.inverse()
        };
        match template {
            Some(t) => t.render(self.registry, self.facts, self.context, self.out),
            None => Ok(()),
        }
    }

    /// Writes the block with other names at hand.
    fn inside(&mut self, block: BlockContext<'rc>) -> HelperResult {
        self.context.push_block(block);
        let written = self.branch(true);
        self.context.pop_block();
        written
    }
}
