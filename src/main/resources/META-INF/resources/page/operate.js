export class Operate { constructor() {} }
