mod demo;
mod house;
