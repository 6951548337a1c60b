/** What people paste and what files say, read or asked about; no page is needed for it. */
import { expect, test } from "@playwright/test";
import { plainly } from "../src/lib/hours";
import { readCandidate, readCost } from "../src/lib/sites";
import { spoken } from "../src/lib/catalogue";
import { more, parts } from "../src/lib/words";
import { metClass, moneyClass } from "../src/map/scales";

const BOX = [1, 54, 1.3, 54.3] as const;

test("an amount of money is read as a person means it, or not at all", () => {
  for (const [written, amount] of [["120000", 120000], ["£120,000", 120000], ["£1,250,000.50", 1250000.5], ["120 000", 120000], ["120k", 120000], ["1.2m", 1200000], ["€90,000", 90000], ["GBP 5", 5], ["0", 0]] as const) expect(readCost(written), written).toBe(amount);
  for (const doubtful of ["120.000", "1,20", "12,0000", "about 90", "£", "", "-5", "1,2,3"]) expect(readCost(doubtful), doubtful).toBeNull();
});

test("a line of the list keeps the commas of its name and of its cost", () => {
  expect(readCandidate("Old Bank, 54.19, 1.10, £120,000", 1, BOX)).toEqual({ id: "Old Bank", name: "Old Bank", at: [1.1, 54.19], cost: 120000 });
  expect(readCandidate("Old Bank, High Street, 54.19, 1.10", 1, BOX)).toEqual({ id: "Old Bank, High Street", name: "Old Bank, High Street", at: [1.1, 54.19] });
  expect(readCandidate("Old Bank\t54.19\t1.10\t90,000", 1, BOX).cost).toBe(90000);
  expect(readCandidate("Old Bank; 54.19; 1.10; £90 000", 1, BOX).cost).toBe(90000);
  expect(readCandidate('"Bank, Old", 1.10, 54.19, "120,000"', 1, BOX)).toEqual({ id: "Bank, Old", name: "Bank, Old", at: [1.1, 54.19], cost: 120000 });
});

test("what cannot be read is told with its line", () => {
  expect(() => readCandidate("Old Bank, 54.19, 1.10, 120.000", 3, BOX)).toThrow(/Line 3 .*120\.000.* cannot be read as one amount/);
  expect(() => readCandidate("Old Bank, 51.5, -0.1, 5", 2, BOX)).toThrow(/Line 2 .*no coordinates that lie here/);
});

test("opening hours are said as people say them, and left alone where they say more", () => {
  expect(plainly("Mo-Fr 09:30-15:30")).toBe("Monday to Friday 9.30am to 3.30pm");
  expect(plainly("Mo,We 09:00-12:00,13:00-17:00; Sa 10:00-13:00; Su off")).toBe("Monday and Wednesday 9am to noon and 1pm to 5pm; Saturday 10am to 1pm; closed on Sunday");
  expect(plainly("24/7")).toBe("at all hours");
  expect(plainly("Mo[1] 10:00-12:00")).toBe("Mo[1] 10:00-12:00");
  expect(plainly("Mo All Day; Tu All Day; We All Day; Fr AM & PM; Sa AM & PM")).toBe("Monday to Wednesday “All Day”; Friday to Saturday “AM & PM”");
  expect(plainly("Mo by appointment")).toBe("Monday “by appointment”");
  expect(plainly("when Jean is in")).toBe("when Jean is in");
});

test("a class of the map says what its number means", () => {
  expect([19.8, 57.2, 60, 70, 130].map((rate) => metClass(rate, rate * 0.9, rate * 1.1, 60))).toEqual([0, 2, 2, 3, 4]);
  expect(metClass(40, 36, 44, 60)).toBe(1);
});

test("money that may be more or less than the whole place’s is classed as neither", () => {
  // £0.45, from £0.17 to £1.14, against £0.44: the number is more, the range says nothing.
  expect(moneyClass(0.17, 1.14, "", 0.44)).toBe(3);
  expect(moneyClass(0.1, 0.4, "unlikely", 0.44)).toBe(2);
  expect(moneyClass(0.5, 1.4, "unlikely", 0.44)).toBe(4);
  expect(moneyClass(0.1, 1, "likely", 0.44)).toBe(0);
});

test("the parts of a number that are shown add up to it", () => {
  expect(parts([8042, 3, 0], 8044)).toEqual([8041, 3, 0]);
  expect(parts([1, 1, 1], 4).reduce((sum, each) => sum + each)).toBe(4);
  expect(parts([0, 0], 0)).toEqual([0, 0]);
  expect(more(122_476.4, 96_487.8)).toBe("+25,988");
});

test("a label that is only a key says its ages as people do, and one of the place is left alone", () => {
  expect(spoken({ key: "aged_0_14", label: "Aged 0 14" })).toBe("Aged 0 to 14");
  expect(spoken({ key: "aged_85_over", label: "Aged 85 over" })).toBe("Aged 85 and over");
  expect(spoken({ key: "aged_0_14", label: "Children" })).toBe("Children");
});
