//! Leads the ways that run around: through what is free, with few corners, and no two of them in one place.
//!
//! The lanes beside all boxes and labels are a grid, and each way is the cheapest walk through it: a corner, a line that
//! is crossed and a line that is run along cost as much as a detour.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

use super::layout::{Around, Drawn, Line, Picture};

type Point = (f64, f64);

/// Leads a way to what is drawn elsewhere.
pub(super) fn lead(picture: &mut Picture, around: &Around, end: usize) {
    let to = (around.to < end).then_some(around.to);
    let Some(goal) = picture.boxes.iter().find(|one| one.step == to) else {
        return;
    };
    let start = (around.x, around.y);
    let doors = doors(picture, goal);
    let corners = Grid::of(picture, start, &doors).walk((start.0, start.1 + NEAR), &doors);
    let corners = corners.unwrap_or_else(|| {
        // Nothing is so full that no lane is free; this one is at least no lie.
        let (door, lane) = (doors.first().map_or(start, |door| door.at), picture.width);
        vec![
            (start.0, start.1 + NEAR),
            (lane, start.1 + NEAR),
            (lane, door.1),
            door,
        ]
    });
    picture.lines.push(Line {
        from: around.from,
        to,
        corners: simple(start, corners),
        label: None,
        around: true,
        tip: true,
    });
}

/// Makes a picture as large as what is in it.
pub(super) fn fit(picture: &mut Picture) {
    let across = picture.lines.iter().flat_map(|line| &line.corners);
    let across = across.map(|(x, _)| *x);
    let (left, right) = across.fold((0.0_f64, picture.width), |(left, right), x| {
        (left.min(x - 2.0), right.max(x + 2.0))
    });
    let left = if left < -0.1 { -left } else { 0.0 };
    for one in &mut picture.boxes {
        one.x += left;
    }
    for line in &mut picture.lines {
        line.shift(left, 0.0);
    }
    picture.width = right + left;
}

/// Where a way may come to a box: on its edge, and the lane before it.
struct Door {
    at: Point,
    lane: f64,
    cost: u64,
}

/// Returns the places at both sides of a box at which no way has come yet; all of them where there is none.
fn doors(picture: &Picture, goal: &Drawn) -> Vec<Door> {
    let middle = goal.y + goal.height / 2.0;
    let sides = [(goal.x, -LANES[1]), (goal.x + goal.width, LANES[1])];
    let places = [(0.0, 0), (DOOR, ASIDE), (-DOOR, ASIDE)];
    let doors = places.into_iter().flat_map(|(down, cost)| {
        sides.map(|(x, lane)| Door {
            at: (x, middle + down),
            lane: x + lane,
            cost,
        })
    });
    let ends = picture.lines.iter().filter_map(|line| line.corners.last());
    let ends: Vec<_> = ends.collect();
    let (taken, free): (Vec<_>, Vec<_>) = doors.partition(|door| ends.contains(&&door.at));
    if free.is_empty() { taken } else { free }
}

/// The lanes in which a way may run, and what each stretch of them costs.
struct Grid {
    xs: Vec<f64>,
    ys: Vec<f64>,
    /// What lies in a box or in a label.
    shut: Vec<bool>,
    /// What it costs to go on to the right, beside the length.
    right: Vec<u64>,
    /// What it costs to go on downwards, beside the length.
    down: Vec<u64>,
}

impl Grid {
    fn of(picture: &Picture, start: Point, doors: &[Door]) -> Self {
        let reach = doors.iter().map(|door| door.at.1).chain([start.1]);
        let (top, bottom) = reach.fold((f64::MAX, f64::MIN), |(top, bottom), y| {
            (top.min(y), bottom.max(y))
        });
        let (top, bottom) = (top - REACH, bottom + REACH);
        let mut areas = areas(picture);
        areas.retain(|area| area.1 < bottom && area.3 > top);
        let mut xs = vec![start.0];
        let mut ys = vec![start.1 + NEAR];
        for (left, up, right, low) in &areas {
            xs.extend([*left, (left + right) / 2.0, *right]);
            ys.extend([*up, (up + low) / 2.0, *low]);
            for lane in LANES {
                xs.extend([left - lane, right + lane]);
                ys.extend([up - lane, low + lane]);
            }
        }
        xs.extend(doors.iter().map(|door| door.lane));
        ys.extend(doors.iter().map(|door| door.at.1));
        ys.retain(|y| (top..=bottom).contains(y));
        let (xs, ys) = (sorted(xs), sorted(ys));
        let size = xs.len() * ys.len();
        let mut grid = Self {
            xs,
            ys,
            shut: vec![false; size],
            right: vec![0; size],
            down: vec![0; size],
        };
        for area in &areas {
            grid.close(area);
        }
        for line in &picture.lines {
            for ends in line.corners.windows(2) {
                grid.charge(ends[0], ends[1]);
            }
        }
        grid
    }

    fn close(&mut self, (left, up, right, low): &Area) {
        let columns = near(&self.xs, *left, *right);
        for row in near(&self.ys, *up, *low) {
            for column in columns.clone() {
                self.shut[row * self.xs.len() + column] = true;
            }
        }
    }

    /// Makes dear what crosses a line or runs along it.
    fn charge(&mut self, a: Point, b: Point) {
        let (left, right) = (a.0.min(b.0), a.0.max(b.0));
        let (up, low) = (a.1.min(b.1), a.1.max(b.1));
        let price = |along: bool| if along { ALONG } else { CROSSING };
        let (columns, rows) = (near(&self.xs, left, right), near(&self.ys, up, low));
        let wide = self.xs.len();
        // A stretch begins at the place before that at which it comes near.
        let from = |first: usize| first.saturating_sub(1);
        for row in rows.clone() {
            for column in from(columns.start)..columns.end {
                self.right[row * wide + column] += price(up == low);
            }
        }
        for row in from(rows.start)..rows.end {
            for column in columns.clone() {
                self.down[row * wide + column] += price(left == right);
            }
        }
    }

    /// Returns the corners of the cheapest walk from a place to one of the doors.
    fn walk(&self, start: Point, doors: &[Door]) -> Option<Vec<Point>> {
        let wide = self.xs.len();
        let node = |x: f64, y: f64| Some(place(&self.ys, y)? * wide + place(&self.xs, x)?);
        let goals = doors.iter();
        let goals = goals.filter_map(|door| Some((node(door.lane, door.at.1)?, door)));
        let goals: Vec<_> = goals.collect();
        // Each place counts twice: come to across, and come to up or down.
        let mut best = vec![u64::MAX; self.shut.len() * 2];
        let mut before = vec![usize::MAX; self.shut.len() * 2];
        let first = node(start.0, start.1)? * 2 + 1;
        let mut ahead = BinaryHeap::from([Reverse((0, first))]);
        best[first] = 0;
        let mut found: Option<(u64, usize, &Door)> = None;
        while let Some(Reverse((cost, at))) = ahead.pop() {
            if cost > best[at] {
                continue;
            }
            if found.is_some_and(|(least, ..)| least <= cost) {
                break;
            }
            for (_, door) in goals.iter().filter(|(goal, _)| *goal == at / 2) {
                let cost = cost + door.cost + if at % 2 == 1 { CORNER } else { 0 };
                if found.is_none_or(|(least, ..)| cost < least) {
                    found = Some((cost, at, door));
                }
            }
            for (next, way, step) in self.steps(at / 2) {
                let turn = if way == at % 2 { 0 } else { CORNER };
                let (next, cost) = (next * 2 + way, cost + step + turn);
                if cost < best[next] {
                    best[next] = cost;
                    before[next] = at;
                    ahead.push(Reverse((cost, next)));
                }
            }
        }
        let (_, mut at, door) = found?;
        let mut corners = vec![door.at];
        while at != usize::MAX {
            corners.push((self.xs[at / 2 % wide], self.ys[at / 2 / wide]));
            at = before[at];
        }
        corners.reverse();
        Some(corners)
    }

    /// Returns where one can go from a place: to which, whether up or down, and what it costs.
    fn steps(&self, at: usize) -> Vec<(usize, usize, u64)> {
        let wide = self.xs.len();
        let (column, row) = (at % wide, at / wide);
        let across = |from: usize| (self.xs[from + 1] - self.xs[from]).round() as u64;
        let along = |from: usize| (self.ys[from + 1] - self.ys[from]).round() as u64;
        let mut steps = Vec::new();
        if column > 0 {
            steps.push((at - 1, 0, across(column - 1) + self.right[at - 1]));
        }
        if column + 1 < wide {
            steps.push((at + 1, 0, across(column) + self.right[at]));
        }
        if row > 0 {
            steps.push((at - wide, 1, along(row - 1) + self.down[at - wide]));
        }
        if row + 1 < self.ys.len() {
            steps.push((at + wide, 1, along(row) + self.down[at]));
        }
        steps.retain(|(next, ..)| !self.shut[*next]);
        steps
    }
}

/// What is taken, from left and top to right and bottom.
type Area = (f64, f64, f64, f64);

fn areas(picture: &Picture) -> Vec<Area> {
    let boxes = picture.boxes.iter();
    let boxes = boxes.map(|one| (one.x, one.y, one.x + one.width, one.y + one.height));
    let labels = picture.lines.iter().filter_map(|line| line.label.as_ref());
    let labels = labels.map(|one| (one.x, one.y, one.x + one.width, one.y + one.height));
    boxes.chain(labels).collect()
}

/// Returns which of the lanes come near to what lies between two.
fn near(lanes: &[f64], from: f64, to: f64) -> Range<usize> {
    let start = lanes.partition_point(|lane| *lane <= from - WALL);
    let end = lanes.partition_point(|lane| *lane < to + WALL);
    start..end.max(start)
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values.dedup();
    values
}

fn place(values: &[f64], wanted: f64) -> Option<usize> {
    values.iter().position(|value| *value == wanted)
}

/// Leaves out the corners at which nothing turns.
fn simple(start: Point, corners: Vec<Point>) -> Vec<Point> {
    let mut kept = vec![start];
    for corner in corners {
        if let [.., a, b] = kept.as_slice() {
            let straight = a.0 == b.0 && b.0 == corner.0 || a.1 == b.1 && b.1 == corner.1;
            if straight {
                kept.pop();
            }
        }
        if kept.last() != Some(&corner) {
            kept.push(corner);
        }
    }
    kept
}

/// How far from a box the first lane runs, and those beside it.
const LANES: [f64; 3] = [8.0, 14.0, 20.0];
const NEAR: f64 = LANES[0];
/// How near nothing comes to a box or to a line.
const WALL: f64 = 5.0;
/// How far apart ways come to the side of a box.
const DOOR: f64 = 13.0;
/// How far above and below its ends a way may run.
const REACH: f64 = 60.0;
/// What it costs to come to a box beside the middle of its side: more than it shortens a way.
const ASIDE: u64 = 20;
const CORNER: u64 = 24;
const CROSSING: u64 = 40;
const ALONG: u64 = 300;
