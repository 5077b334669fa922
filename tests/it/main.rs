//! What Waypost promises, one file per promise, and the world in which it is put to the test.

mod a_plain_reading;
mod an_opt_out_is_honored;
mod contract;
mod drawn;
mod folders;
mod given;
mod it_can_be_explained;
mod it_is_counted;
mod nobody_is_mailed_twice;
mod nothing_is_lost;
mod nothing_is_stuck;
mod on_time;
mod planted_bugs;
mod posts;
mod seeds;
mod silence_is_heard;
mod the_door;
mod the_last_word_holds;
mod the_right_words;
mod the_world_itself;
mod tidy;
mod trial;
mod what_is_known;
mod who_comes_in;
mod who_is_meant;
mod world;
