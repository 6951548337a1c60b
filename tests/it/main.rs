mod demo;
mod locate;
